// Where does this moment lie, on the scale a person has chosen? The slider, and what it points at.

const SCALES = { even: EvenSteps, close: CloseUp, true: TrueTime };
const EDGE = 13; // half the slider's thumb: the browser keeps it inside the track

class Rail {
  constructor($) {
    this.$ = $;
    this.slider = $("slider");
    this.ticks = new Ticks($("ticks"), $("marks"));
    this.slider.onpointermove = (event) => this.preview(event);
    this.slider.onpointerleave = () => ($("tip").hidden = true);
    this.switches = [$("even"), $("close"), $("true")];
    for (const button of this.switches) button.onclick = () => this.choose(button.id);
    this.choose(preferred("scale", "even"));
    this.watch = new ResizeObserver(() => this.walk && this.redraw());
    this.watch.observe($("rail"));
  }

  load(walk) {
    this.walk = walk;
    this.rescale();
  }

  choose(chosen) {
    this.chosen = chosen;
    prefer("scale", chosen);
    if (this.walk) this.rescale();
  }

  // What is short is seen from close up anyway.
  rescale() {
    const { walk } = this;
    const whole = walk.rows.length === walk.total;
    const chosen = whole && this.chosen === "close" ? "even" : this.chosen;
    this.$("close").hidden = whole;
    for (const button of this.switches) button.setAttribute("aria-pressed", button.id === chosen);
    this.scale = new SCALES[chosen](walk);
    [this.slider.min, this.slider.max] = this.scale.range;
    const dated = (version) => (this.walk.holds(version) ? this.walk.event(version).at : "");
    [this.$("first_at").textContent, this.$("last_at").textContent] = this.scale.ends.map(dated);
    this.redraw();
  }

  // The version the slider has been moved to.
  read() {
    return this.scale.read(Number(this.slider.value));
  }

  redraw() {
    this.width = this.$("rail").clientWidth;
    this.ticks.redraw(this.walk, this.scale, this.width);
    this.move(this.version ?? 1);
    this.redrawn?.();
  }

  move(version) {
    this.version = version;
    this.slider.value = this.scale.value(version);
    const x = this.ticks.x(version);
    this.$("passed").style.width = `${x}px`;
    this.$("ahead").style.left = `${x + EDGE}px`;
  }

  preview(event) {
    const { walk } = this;
    const left = this.slider.getBoundingClientRect().left;
    const share = (event.clientX - left - EDGE) / (this.width - 2 * EDGE);
    const version = this.scale.nearest(Math.min(1, Math.max(0, share)));
    const tip = this.$("tip");
    tip.hidden = event.pointerType !== "mouse" || !walk.holds(version);
    if (tip.hidden) return;
    tip.textContent = `v${count(version)} · ${walk.kind(version).label} · ${walk.event(version).at}`;
    const half = tip.offsetWidth / 2;
    tip.style.left = `${Math.min(this.width - half, Math.max(half, this.ticks.x(version)))}px`;
  }

  dispose() {
    this.watch.disconnect();
  }
}
