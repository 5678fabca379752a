// Who moves the playhead over the whole log? The browser alone; it tells where it comes to rest.

const instances = new WeakMap();

class Band {
  constructor(root) {
    const $ = (id) => root.querySelector(`#${id}`);
    this.$ = $;
    this.root = root.querySelector(".band");
    this.view = new View();
    this.track = new Track($("bars"), $("waits"));
    this.pins = new Pins($, this);
    this.truth = new Truth($, this);
    this.player = new Player($, this);
    this.rests = new Echo();
    this.looks = new Echo();
    this.hand = new Hand($, this);
    this.headline = new Headline($, this);
    this.keys = new Keys($, this);
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe($("bars"));
    $("now").onclick = () => this.back();
    $("seal").onclick = () => this.tell("cite", true);
    $("zone").onchange = () => this.tell("zone", $("zone").value);
    $("go").onsubmit = (event) => {
      event.preventDefault();
      this.readAs = undefined;
      if ($("words").value.trim()) this.tell("words", $("words").value);
    };
    for (const scale of Object.keys(SCALES)) $(scale).onclick = () => this.choose(scale);
    this.choose(this.view.scale);
  }

  // Called again on every rerun and on a change of theme: moves only for news.
  update({ data, setStateValue }) {
    this.report = setStateValue;
    this.wait = data.settle;
    for (const name of ["when", "seal", "head"]) this[name] = data[name];
    this.learn(data);
    this.understand(data.read_as);
    this.pins.put(data.pins);
    this.truth.load(data.truth, data.position);
    this.obey(data);
    this.draw();
  }

  learn(data) {
    if (data.line !== this.lineText) this.line = new Line((this.lineText = data.line));
    if (data.close !== this.closeText) this.close = data.close && new Line(data.close);
    this.closeText = data.close;
    this.view.load(this.line, this.close, data.head);
    const focus = String(data.focus);
    if (!this.looks.heard(focus) && focus !== this.focused) this.view.focus = data.focus;
    this.focused = focus;
    this.$("range").max = data.head;
    if (data.zone === this.zone) return;
    this.zone = data.zone;
    this.clock = clockOf(data.zone);
    offerZones(this.$("zone"), data.zone);
  }

  // What somebody typed gives way to the instant it was read as, and that goes with the playhead.
  understand(readAs) {
    const words = this.$("words");
    if (readAs !== this.readAs && (readAs || words.value === this.readAs)) words.value = readAs;
    this.readAs = readAs;
  }

  // A run that began before somebody took hold of the playhead must not take it out of the hand;
  // nor may the answer to a place it has long left, nor a log that grew meanwhile.
  obey(data) {
    const asked = data.now ? "now" : data.position;
    const own = !data.now && this.rests.heard(data.position);
    const stays = own || (asked === this.asked && !(this.now && data.now));
    this.asked = asked;
    if (stays) return;
    this.rests.forget();
    clearTimeout(this.timer);
    this.player.stop();
    this.root.classList.remove("moving");
    [this.now, this.position] = [data.now, data.position];
    if (this.view.include(this.position)) this.look();
  }

  // Back to now, and what was on its way elsewhere is not sent after it. A server that never left
  // has no news of it.
  back() {
    clearTimeout(this.timer);
    this.player.stop();
    this.tell("moved", null);
    if (this.asked !== "now") return;
    this.root.classList.remove("moving");
    [this.now, this.position] = [true, this.head];
    this.draw();
  }

  // Under a number of its own, so that saying the same again is news as well.
  tell(name, value) {
    this.report(name, { value, at: Date.now() });
  }

  // Somebody moved; one report follows, a moment after rest.
  drag(position) {
    this.player.stop();
    this.show(Math.min(this.head, Math.max(0, position)));
    this.settle(this.wait);
  }

  show(position) {
    this.position = position;
    this.now = false;
    this.root.classList.add("moving");
    if (this.view.include(position)) this.look();
    this.draw();
  }

  settle(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.rest(), wait);
  }

  rest() {
    if (!this.player.playing) this.root.classList.remove("moving");
    this.rests.say(this.position);
    this.tell("moved", this.position);
  }

  zoom(factor, position = this.position) {
    this.view.zoom(factor, position);
    this.look();
    this.draw();
  }

  whole() {
    this.view.focus = null;
    this.look();
    this.draw();
  }

  // What is looked at is told a moment after rest; until then the line known so far serves.
  look() {
    clearTimeout(this.looking);
    this.looking = setTimeout(() => this.tellFocus(), this.wait);
  }

  tellFocus() {
    this.looks.say(String(this.view.focus));
    this.tell("focus", this.view.focus);
  }

  choose(scale) {
    this.view.choose(scale);
    for (const one of Object.keys(SCALES)) this.$(one).setAttribute("aria-pressed", one === scale);
    this.draw();
  }

  draw() {
    if (!this.line) return;
    const { view, position } = this;
    const style = getComputedStyle(this.root);
    this.root.classList.toggle("past", !this.now);
    this.headline.draw();
    this.hand.draw();
    // The hand's own colour: a canvas cannot read one that differs from light to dark.
    this.track.draw(view, position, getComputedStyle(this.$("hand")).borderLeftColor);
    this.truth.draw(view, position, style);
    this.pins.draw();
  }

  dispose() {
    this.player.stop();
    clearTimeout(this.timer);
    clearTimeout(this.looking);
    this.keys.dispose();
    this.watch.disconnect();
  }
}

export default function (component) {
  const root = component.parentElement;
  if (!instances.has(root)) instances.set(root, new Band(root));
  const band = instances.get(root);
  band.update(component);
  return () => {
    band.dispose();
    instances.delete(root);
  };
}
