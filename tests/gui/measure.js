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
  // What is drawn of a text: its letters, as far as its own box lets them be seen.
  const drawn = (text) => {
    const range = document.createRange();
    range.selectNodeContents(text);
    const [letters, box] = [range.getBoundingClientRect(), text.parentElement.getBoundingClientRect()];
    const own = getComputedStyle(text.parentElement).display === "inline" ? letters : box;
    const sides = { left: letters.left, right: letters.right, top: Math.max(letters.top, own.top), bottom: Math.min(letters.bottom, own.bottom) };
    return getComputedStyle(text.parentElement).overflowX === "visible" ? sides : { ...sides, left: Math.max(letters.left, box.left), right: Math.min(letters.right, box.right) };
  };
  // True where a part of it is outside of what it is written on.
  const spills = (node, sides) => {
    const { left, right, top, bottom } = node.closest("button, .chip, .display, .banner, .card, .pedal").getBoundingClientRect();
    const over = [left - sides.left, sides.right - right, top - sides.top, sides.bottom - bottom, -sides.left, sides.right - innerWidth];
    return Math.max(...over) > 1;
  };
  const texts = [];
  const things = []; // of the Stage, none of which may lie on another
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (!text || !shown(node) || node.closest(".unseen, template")) continue;
    const style = getComputedStyle(node);
    const [ink] = parse(style.color);
    const sides = drawn(walker.currentNode);
    const worst = Math.min(...behind(node).map((colour) => ratio(ink, colour)));
    const clamped = node.closest(".banner"); // shows two lines of what Edit has whole
    const squeezed = node.scrollWidth > node.clientWidth + 1 && style.display !== "inline";
    const cut = !clamped && (squeezed || spills(node, sides));
    texts.push({ text, contrast: worst, size: parseFloat(style.fontSize), cut });
    if (!node.closest("#edit, .clip, .banner")) things.push({ name: text, ...sides });
  }
  // What stands in a field is a text, too; a hint where it is empty.
  for (const node of document.querySelectorAll("input:not([type=range], [type=file]), select")) {
    if (!shown(node)) continue;
    const style = getComputedStyle(node, node.value === "" && node.placeholder ? "::placeholder" : null);
    const [ink] = parse(style.color);
    const worst = Math.min(...behind(node).map((colour) => ratio(ink, colour)));
    texts.push({ text: node.id || node.className, contrast: worst, size: parseFloat(getComputedStyle(node).fontSize), cut: false });
  }
  // What stands out from its surroundings by an edge: a line, or its own ground where that is stronger.
  const edges = [...document.querySelectorAll("button, select, [maxlength], .chip, .bar, .jewel, .sweep, .frame, .card, .banner")]
    .filter((node) => shown(node) && parseFloat(getComputedStyle(node).borderTopWidth) > 0)
    .map((node) => {
      const around = behind(node.parentElement);
      const marks = [parse(getComputedStyle(node).borderTopColor), behind(node)];
      const contrast = Math.max(...marks.map((mark) => Math.min(...mark.flatMap((one) => around.map((other) => ratio(one, other))))));
      return { name: node.id || node.className, contrast };
    });
  for (const node of document.querySelectorAll(".jewel, .bar, .hex")) {
    const { left, right, top, bottom } = node.getBoundingClientRect();
    if (shown(node) && !node.closest("#edit")) things.push({ name: node.className, left, right, top, bottom });
  }
  const lie = (one, other) =>
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1.5 &&
    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1.5;
  const collisions = things.flatMap((one, i) =>
    things.slice(i + 1).filter((other) => lie(one, other)).map((other) => `${one.name} / ${other.name}`),
  );
  const targets = [...document.querySelectorAll("button, input, select")].filter(shown).map((node) => {
    const box = node.getBoundingClientRect();
    return { name: node.id || node.textContent.trim(), width: box.width, height: box.height, left: box.left, top: box.top, right: box.right, bottom: box.bottom };
  });
  const root = document.scrollingElement;
  const scrolls = [root, ...document.querySelectorAll("#stage, .tiles, .display")].some(
    (node) => node.scrollHeight > node.clientHeight + 1 || node.scrollWidth > node.clientWidth + 1,
  );
  return { texts, edges, targets, scrolls, collisions };
};
