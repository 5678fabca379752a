// One playhead over the whole log. The browser moves it alone and reports where it comes to rest.
const instances = new WeakMap();
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const number = new Intl.NumberFormat("en-GB");

class Band {
  constructor(root) {
    this.root = root.querySelector(".band");
    this.$ = id => root.querySelector("#" + id);
    this.range = this.$("range");
    this.range.oninput = () => this.drag(+this.range.value);
    const track = this.$("track");
    track.onpointerdown = e => {
      track.setPointerCapture(e.pointerId);
      this.range.focus({ preventScroll: true });
      this.point(e);
      e.preventDefault();
    };
    track.onpointermove = e => track.hasPointerCapture(e.pointerId) && this.point(e);
    track.onpointerup = () => this.settle(0);
    this.$("now").onclick = () => this.tell("moved", { position: null });
    this.$("seal").onclick = () => this.tell("cite", {});
    this.$("go").onsubmit = e => { e.preventDefault(); this.say(this.$("words").value); };
    this.pins = new Pins(this.$, this);
    this.keys = new Keys(this.$, this);
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.$("bars"));
  }

  update({ data, setStateValue }) {            // called again on every rerun and on a theme change
    this.report = setStateValue;
    this.wait = data.settle;
    if (data.buckets !== this.told) this.learn(data);
    this.when = data.when;
    this.seal = data.seal;
    this.pins.put(data.pins);
    // A run that began before somebody took hold of the playhead must not take it out of the hand.
    const asked = `${data.position} ${data.now}`;
    if (asked !== this.asked) {
      clearTimeout(this.timer);
      this.root.classList.remove("moving");
      this.asked = asked;
      this.now = data.now;
      this.range.value = this.position = data.position;
    }
    this.say = text => text.trim() && this.tell("words", { text });
    this.draw();
  }

  learn(data) {
    this.told = data.buckets;
    this.head = data.head;
    const { start, step, events } = JSON.parse(data.buckets);
    let before = 0;
    this.buckets = events.map((count, place) => {
      const bucket = { start: start + place * step, events: count, before };
      before += count;
      return bucket;
    }).filter(bucket => bucket.events);
    this.most = Math.max(1, ...events);
    this.from = start;
    this.step = step;
    this.to = start + events.length * step;
    this.range.max = data.head;
    this.$("first").textContent = this.buckets.length ? DAY.format(this.from) : "";
    this.$("last").textContent = this.buckets.length ? DAY.format(this.buckets.at(-1).start) : "";
  }

  // The range counts positions, so that each can be reached by key; the picture shows time.
  share(position) {
    if (!this.buckets.length) return { share: 0 };
    let low = 0, high = this.buckets.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.buckets[middle].before < position) low = middle; else high = middle - 1;
    }
    const b = this.buckets[low], part = Math.min(1, Math.max(0, (position - b.before) / b.events));
    return { share: (b.start - this.from + part * this.step) / (this.to - this.from), bucket: b };
  }

  at(share) {
    const time = this.from + share * (this.to - this.from);
    let found = 0;
    for (const b of this.buckets) {
      if (b.start > time) break;
      found = b.before + Math.round(b.events * Math.min(1, (time - b.start) / this.step));
    }
    return found;
  }

  point(e) {
    const box = this.$("track").getBoundingClientRect();
    this.drag(this.at(Math.min(1, Math.max(0, (e.clientX - box.left) / box.width))));
  }

  drag(position) {
    this.range.value = this.position = position;
    this.now = false;
    this.root.classList.add("moving");
    this.draw();
    this.settle(this.wait);
  }

  // Under a number of its own, so that saying the same again is news as well.
  tell(name, what) {
    this.report(name, { ...what, at: Date.now() });
  }

  settle(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.rest(), wait);
  }

  rest() {
    this.root.classList.remove("moving");
    this.tell("moved", { position: this.position });
  }

  draw() {
    if (!this.buckets) return;
    const moving = this.root.classList.contains("moving");
    const { share, bucket } = this.share(this.position);
    this.root.classList.toggle("past", !this.now);
    this.$("state").textContent = this.now ? "Now" : "In the past";
    this.$("when").textContent = moving && bucket ? DAY.format(bucket.start) : this.when;
    this.$("position").textContent = `position ${number.format(this.position)} of ${number.format(this.head)}`;
    this.$("seal").textContent = `seal ${this.seal.slice(0, 12)}…`;
    this.$("seal").hidden = moving || !this.seal;
    this.$("seal").setAttribute("aria-label", `Cite this moment, seal ${this.seal.slice(0, 12)}`);
    this.$("seal").title = `Cite this moment: the seal vouches for every event up to here. ${this.seal}`;
    this.$("now").hidden = this.now;
    this.$("hand").style.left = `${100 * share}%`;
    this.$("hint").style.transform = `translateX(${-100 * share}%)`;   // never past either edge
    this.$("hint").textContent = bucket ? DAY.format(bucket.start) : "";
    this.pins.draw();
    this.range.setAttribute("aria-valuetext", `Position ${this.position}, ${this.$("when").textContent}`);
    this.paint(share);
  }

  paint(share) {
    const canvas = this.$("bars"), scale = devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    canvas.width = width * scale;
    canvas.height = height * scale;
    const pen = canvas.getContext("2d"), style = getComputedStyle(this.root);
    pen.scale(scale, scale);
    const accent = style.getPropertyValue("--accent") || style.color;
    const bar = Math.max(1, (this.step / (this.to - this.from)) * width - 0.6);
    for (const b of this.buckets) {
      const x = ((b.start - this.from) / (this.to - this.from)) * width;
      const tall = Math.max(1.5, (b.events / this.most) * (height - 4));
      pen.fillStyle = accent;
      pen.globalAlpha = x < share * width ? 0.62 : 0.16;
      pen.fillRect(x, height - tall, bar, tall);
    }
    pen.globalAlpha = 0.35;
    pen.fillStyle = style.color;
    pen.fillRect(0, height - 1, width, 1);
  }

  dispose() { clearTimeout(this.timer); this.keys.dispose(); this.watch.disconnect(); }
}

export default function (component) {
  const root = component.parentElement;
  let band = instances.get(root);
  if (!band) instances.set(root, (band = new Band(root)));
  band.update(component);
  return () => { band.dispose(); instances.delete(root); };
}
