// Which key does what, wherever in the component the focus is? Never while somebody types.

const TYPED = "input:not([type=range]), textarea, select, [contenteditable]";
const PRESSED = "button, summary, a, [role=button]";

class Keys {
  constructor($, scrubber) {
    this.$ = $;
    this.scrubber = scrubber;
    $("tt").onkeydown = (event) => this.press(event);
    $("help").onclick = () => this.help();
    $("close-keys").onclick = () => $("keys-list").close();
    this.bound = {
      ArrowLeft: () => scrubber.step(-1),
      ArrowRight: () => scrubber.step(1),
      "Shift+ArrowLeft": () => scrubber.search.alike(-1),
      "Shift+ArrowRight": () => scrubber.search.alike(1),
      Home: () => scrubber.go(1),
      End: () => scrubber.go(scrubber.walk.total),
      " ": () => scrubber.player.toggle(),
      a: () => scrubber.pins.pin("a"),
      b: () => scrubber.pins.pin("b"),
      A: () => scrubber.pins.pin("a"),
      B: () => scrubber.pins.pin("b"),
      "[": () => scrubber.truth.flip(-1),
      "]": () => scrubber.truth.flip(1),
      "?": () => this.help(),
    };
    this.onSlider = { ArrowUp: this.bound.ArrowRight, ArrowDown: this.bound.ArrowLeft };
  }

  press(event) {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (target.closest(TYPED) || this.$("keys-list").open) return;
    if (event.key === " " && this.ownSpace(target)) return;
    if (event.key === "Escape" && this.scrubber.aside.asked) return this.scrubber.aside.close();
    const action = this.action(event);
    if (!action) return;
    event.preventDefault();
    action();
  }

  action(event) {
    const shifted = event.shiftKey && event.key.startsWith("Arrow");
    const key = `${shifted ? "Shift+" : ""}${event.key}`;
    return this.bound[key] ?? (event.target === this.$("slider") ? this.onSlider[key] : undefined);
  }

  // Space presses a button; in the story, where Enter does, it plays.
  ownSpace(target) {
    return target.closest(PRESSED) && !target.closest("#story");
  }

  help() {
    this.$("keys-list").showModal();
  }
}

// Redrawing takes away what has the focus, and with it the keys: the same field, the pane it was
// in or, for a button that can go no further, the slider has it then.
function keepingFocus(root, slider, draw) {
  const held = root.getRootNode().activeElement;
  const pane = held?.closest(".scroll");
  draw();
  if (held?.disabled) slider.focus();
  if (!pane || held.isConnected) return;
  const { path } = held.dataset;
  const again = path ? pane.querySelector(`[data-path="${path}"]`) : null;
  (again ?? pane).focus({ preventScroll: true });
}
