// Presses, taps, holds and feet: what fingers, keys and screen readers do to a button.
const TWICE_MS = 150; // a second touch of the same thing this soon is a bouncing finger
const REPEAT_MS = 100; // a held footswitch says so this often, else it springs back (/footswitch)

// The Stage: acts at the touch, not at its end; keys and screen readers come as clicks. Where the tiles scroll, the
// touch may be the start of a scroll: then its end acts, which a scroll does not have.
export function onPress(node, act) {
  const once = unbounced();
  node.addEventListener("pointerdown", (event) => {
    event.preventDefault(); // the focus stays where the keyboard put it
    if (event.button === 0 && !scrolls(node) && once(event)) act();
  });
  node.addEventListener("mousedown", (event) => event.preventDefault());
  node.addEventListener("click", (event) => {
    if (event.detail === 0 || (scrolls(node) && once(event))) act();
  });
}

// The Edit layer scrolls: a tap counts when it ends where it began.
export function onTap(node, act) {
  const once = unbounced();
  node.addEventListener("click", (event) => {
    if (event.detail === 0 || once(event)) act();
  });
}

// Calls down() at the touch, held() while it lasts, and up() when it ends, by finger, Enter or the space bar.
export function onFoot(node, { down, held, up }) {
  const once = unbounced();
  let timer = 0;
  const end = () => {
    if (timer === 0) return;
    clearInterval(timer);
    timer = 0;
    up();
  };
  const begin = () => {
    end();
    down();
    timer = setInterval(held, REPEAT_MS);
  };
  node.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    if (event.button !== 0 || node.disabled || !once(event)) return;
    if (event.isTrusted) node.setPointerCapture(event.pointerId); // a finger that slides off still holds
    begin();
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) node.addEventListener(name, end);
  node.addEventListener("mousedown", (event) => event.preventDefault());
  node.addEventListener("contextmenu", (event) => event.preventDefault()); // what a long touch brings
  onKeyHeld(node, begin, end, () => {
    begin();
    end();
  });
  addEventListener("blur", end);
  return { begin, end };
}

// Acts after a finger, Enter or the space bar has been down for ms; a screen reader's click is meant as it is.
export function onHold(node, ms, act) {
  let timer = 0;
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
  node.addEventListener("contextmenu", (event) => event.preventDefault());
  onKeyHeld(node, begin, end, act);
}

// Enter and the space bar as a finger; click: a screen reader's, which holds nothing.
function onKeyHeld(node, begin, end, click) {
  let byKey = false;
  node.addEventListener("keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    byKey = true;
    if (!event.repeat) begin();
  });
  node.addEventListener("keyup", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault(); // else the space bar clicks
    byKey = false;
    end();
  });
  node.addEventListener("click", (event) => {
    if (event.detail === 0 && !byKey) click();
  });
}

function unbounced() {
  let lastMs = -Infinity;
  return ({ timeStamp }) => {
    if (timeStamp - lastMs < TWICE_MS) return false; // when it was touched: a busy page may hear of it late
    lastMs = timeStamp;
    return true;
  };
}

function scrolls(node) {
  const boxes = [node.parentElement, document.scrollingElement];
  return boxes.some((box) => box.scrollHeight > box.clientHeight + 1 && getComputedStyle(box).overflowY !== "hidden");
}
