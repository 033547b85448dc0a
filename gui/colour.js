// Any hue made fit for text: a fill and an ink at 7:1 or better (WCAG 2.2, 1.4.6). Pure.
export const CREAM = "#fffddd";
export const NIGHT = "#061225";
const ENOUGH = 7.2;

export function channels(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

function luminance(rgb) {
  const [r, g, b] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(one, other) {
  const [low, high] = [luminance(channels(one)), luminance(channels(other))].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

// Hue in turns, saturation and lightness 0..1.
function toHsl(hex) {
  const [r, g, b] = channels(hex).map((value) => value / 255);
  const high = Math.max(r, g, b);
  const low = Math.min(r, g, b);
  const span = high - low;
  const light = (high + low) / 2;
  if (span === 0) return [0, 0, light];
  const sector = high === r ? (g - b) / span + 6 : high === g ? (b - r) / span + 2 : (r - g) / span + 4;
  return [(sector % 6) / 6, span / (1 - Math.abs(2 * light - 1)), light];
}

function toHex([hue, saturation, light]) {
  const amount = saturation * Math.min(light, 1 - light);
  const part = (n) => {
    const k = (n + hue * 12) % 12;
    const value = light - amount * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(255 * value).toString(16).padStart(2, "0");
  };
  return `#${part(0)}${part(8)}${part(4)}`;
}

// The hue, lightened as little as dark ink needs: a lit tile glows, so its ink is dark.
export function readable(hue) {
  const known = typeof hue === "string" && /^#[0-9a-f]{6}$/i.test(hue) ? hue : "#dfe6ee";
  const [turn, pale, dark] = toHsl(known);
  const saturation = pale > 0.15 ? Math.max(pale, 0.7) : pale; // lamps are vivid, greys stay grey
  for (let light = Math.max(dark, 0.4); light < 1; light += 0.02) {
    const fill = toHex([turn, saturation, light]);
    if (contrast(fill, NIGHT) >= ENOUGH) return { fill, ink: NIGHT };
  }
  return { fill: "#ffffff", ink: NIGHT };
}
