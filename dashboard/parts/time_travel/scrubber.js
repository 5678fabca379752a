// Who moves? The slider, the keys, the player and the server; everything else follows.

const instances = new WeakMap();

class Scrubber {
  constructor(root) {
    const $ = (id) => root.querySelector(`#${id}`);
    const go = (version) => this.go(version);
    this.$ = $;
    this.root = root;
    this.rail = new Rail($);
    this.headline = new Headline($);
    this.state = new State($);
    this.why = new Why($, this);
    this.changes = new Changes($, go);
    this.between = new Between($, this);
    this.panes = [this.headline, new Story($, go), this.state, this.changes, this.why];
    this.aside = new Aside($, this.why, this.between);
    this.pins = new Pins($, this);
    this.truth = new Held($, this);
    this.rail.redrawn = () => {
      this.pins.draw();
      this.truth.draw();
    };
    this.player = new Player($, this);
    this.search = new Search(this);
    this.keys = new Keys($, this);
    this.rests = Date.now();
    this.transport = new Transport($, this);
  }

  // Called again at every rerun and every change of theme: moves only for news.
  update({ data, setStateValue }) {
    this.send = setStateValue;
    this.settles = data.settle;
    const news = data.model !== this.text;
    const asked = data.order !== this.order || data.anchor[1] !== this.asked;
    if (news) this.load(data.model);
    if (asked) this.rest();
    [this.order, this.asked] = [data.order, data.anchor[1]];
    if (asked) this.show(data.anchor[0]);
    else if (news) this.arrive();
    if (asked) this.pins.put({ a: data.anchor[2], b: data.anchor[3] });
    else if (news) this.between.tell();
    this.between.learn(data.between);
    this.why.learn(data.earlier);
    this.truth.load(data.held, data.asked);
    this.truth.draw();
  }

  load(text) {
    this.text = text;
    this.walk = new Walk(text);
    const { length } = this.walk.operations();
    this.$("stride").hidden = length < 2 || length === this.walk.rows.length;
    if (this.$("stride").hidden) this.$("stride").value = "event";
    for (const part of [this.rail, ...this.panes]) part.load(this.walk);
  }

  arrive() {
    this.refresh();
    this.player.arrived();
    this.search.arrived();
  }

  // In true time the slider stops anywhere; it comes to lie on the nearest event.
  slide() {
    this.go(this.rail.read());
    this.rail.move(this.version);
  }

  // A person moved.
  go(version) {
    const within = Math.min(this.walk.total, Math.max(1, version));
    if (within === this.version) return;
    this.show(within);
    this.settle();
  }

  step(direction) {
    this.go(this.beyond(direction));
  }

  beyond(direction) {
    return this.walk.beyond(this.version, direction, this.$("stride").value);
  }

  show(version) {
    this.version = version;
    this.search.forget();
    this.refresh();
  }

  refresh() {
    keepingFocus(this.root, this.$("slider"), () => this.redraw(this.version));
  }

  redraw(version) {
    this.rail.move(version);
    this.headline.place(version);
    this.truth.move(version);
    if (!this.walk.holds(version)) return this.headline.wait(version);
    this.walk.seek(version);
    for (const pane of this.panes) pane.move(version);
    // Measuring makes the browser lay out: once a frame, however many moves came in it.
    this.frame ??= requestAnimationFrame(() => this.reveal());
  }

  reveal() {
    this.frame = undefined;
    if (this.walk.holds(this.version)) for (const pane of this.panes) pane.reveal?.();
  }

  // One report, a moment after rest: never while the slider is held or the story plays.
  settle() {
    clearTimeout(this.timer);
    if (this.player.playing || this.held) return;
    this.timer = setTimeout(() => this.report(), this.settles);
  }

  // Counted, so that a second rest at the same version is news as well.
  report() {
    this.say(this.headline.said);
    const { a, b } = this.pins;
    this.send("rest", { version: this.version, a, b, number: this.asked, count: ++this.rests });
  }

  say(text) {
    this.$("live").textContent = text;
  }

  release() {
    this.held = false;
    this.settle();
  }

  rest() {
    this.player.stop();
    clearTimeout(this.timer);
  }

  dispose() {
    this.rest();
    this.rail.dispose();
  }
}

export default function (component) {
  const root = component.parentElement;
  if (!instances.has(root)) instances.set(root, new Scrubber(root));
  const scrubber = instances.get(root);
  scrubber.update(component);
  return () => {
    scrubber.dispose();
    instances.delete(root);
  };
}
