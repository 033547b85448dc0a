// Presses: at the touch, not at its end, and once; and holds. Keys and screen readers come as clicks.
const TWICE_MS = 150; // a second touch of the same thing this soon is a bouncing finger

export function onPress(node, act) {
  let lastMs = -Infinity;
  node.addEventListener("pointerdown", (event) => {
    event.preventDefault(); // the focus stays where the keyboard put it
    const nowMs = performance.now();
    if (event.button !== 0 || nowMs - lastMs < TWICE_MS) return;
    lastMs = nowMs;
    act();
  });
  node.addEventListener("mousedown", (event) => event.preventDefault());
  node.addEventListener("click", (event) => {
    if (event.detail === 0) act();
  });
}

// Acts after a finger, Enter or the space bar has been down for ms; a screen reader's click is meant as it is.
export function onHold(node, ms, act) {
  let timer = 0;
  let byKey = false;
  const end = () => {
    clearTimeout(timer);
    delete node.dataset.held;
  };
  const begin = () => {
    end();
    node.dataset.held = "true";
    timer = setTimeout(() => {
      end();
      act();
    }, ms);
  };
  node.addEventListener("pointerdown", (event) => event.button === 0 && begin());
  for (const name of ["pointerup", "pointerleave", "pointercancel", "blur"]) node.addEventListener(name, end);
  node.addEventListener("contextmenu", (event) => event.preventDefault()); // what a long touch brings
  node.addEventListener("keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    byKey = true;
    if (!event.repeat) begin();
  });
  node.addEventListener("keyup", (event) => {
    event.preventDefault(); // else the space bar clicks
    byKey = false;
    end();
  });
  node.addEventListener("click", (event) => event.detail === 0 && !byKey && act());
}
