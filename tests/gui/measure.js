// Runs in the browser: what a guitarist's eye and thumb meet, measured. An expression, for page.evaluate.
() => {
  const parse = (text) => [...text.matchAll(/rgba?\(([^)]+)\)/g)].map((found) => found[1].split(/[ ,/]+/).map(Number));
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ratio = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  // All colours that may lie behind a node: its nearest opaque ancestor's, each stop of a gradient.
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      const stops = style.backgroundImage === "none" ? [] : parse(style.backgroundImage);
      if (stops.length) return stops;
      const [colour] = parse(style.backgroundColor);
      if (colour && (colour[3] ?? 1) === 1) return [colour];
    }
    return [[255, 255, 255]];
  };
  const shown = (node) => node.checkVisibility({ visibilityProperty: true }) && node.getBoundingClientRect().width > 1;
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (!text || !shown(node) || node.closest(".unseen, template")) continue;
    const style = getComputedStyle(node);
    const [ink] = parse(style.color);
    const box = node.getBoundingClientRect();
    const worst = Math.min(...behind(node).map((colour) => ratio(ink, colour)));
    const cut = !node.closest("#edit") && (box.left < -0.5 || box.right > innerWidth + 0.5 || node.scrollWidth > node.clientWidth + 1 && style.display !== "inline");
    texts.push({ text, contrast: worst, size: parseFloat(style.fontSize), cut });
  }
  const targets = [...document.querySelectorAll("button, input, select")].filter(shown).map((node) => {
    const box = node.getBoundingClientRect();
    return { name: node.id || node.textContent.trim(), width: box.width, height: box.height, left: box.left, top: box.top, right: box.right, bottom: box.bottom };
  });
  const root = document.scrollingElement;
  const scrolls = [root, ...document.querySelectorAll("#stage, .tiles, .display")].some(
    (node) => node.scrollHeight > node.clientHeight + 1 || node.scrollWidth > node.clientWidth + 1,
  );
  return { texts, targets, scrolls };
};
