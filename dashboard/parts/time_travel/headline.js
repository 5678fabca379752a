// What is this moment? Status, version, time, position, actor and seal, and the event in a sentence.

class Headline {
  constructor($) {
    this.$ = $;
  }

  load(walk) {
    const { $ } = this;
    this.walk = walk;
    $("total").textContent = count(walk.total);
    const back = el("span", { class: "back" }, "Back to ");
    $("latest").replaceChildren(el("span", {}, back, `v${count(walk.total)}`), icon("forward"));
  }

  // What is known of a version even before its part of the history has come.
  place(version) {
    const { $, walk } = this;
    const past = version < walk.total;
    $("version").textContent = `v${count(version)}`;
    $("latest").style.visibility = past ? "visible" : "hidden";
    $("slider").closest(".tt").classList.toggle("past", past);
    for (const key of ["first", "previous"]) $(key).disabled = version <= 1;
    for (const key of ["next", "last"]) $(key).disabled = !past;
  }

  wait(version) {
    this.$("sentence").classList.add("loading");
    this.$("sentence").textContent = "This part of the history is on its way.";
    this.say(`Version ${version} of ${this.walk.total}`);
  }

  move(version) {
    const { $, walk } = this;
    const event = walk.event(version);
    const status = walk.status() ?? "";
    $("status").className = `badge ${walk.status_hues[status] ?? "gray"}`;
    $("status").textContent = capital(status);
    $("at").textContent = event.at;
    $("at").dateTime = event.iso;
    $("position").textContent = count(event.position);
    $("actor").replaceChildren(...prose(event.told.actor ?? NOTHING));
    $("seal").textContent = short(event.seal);
    $("seal").title = event.seal;
    $("sentence").classList.remove("loading");
    $("sentence").replaceChildren(...prose(event.sentence));
    $("sentence").title = event.sentence;
    this.say(`Version ${version} of ${walk.total}: ${event.sentence} ${capital(status)}, ${event.at}`);
  }

  say(text) {
    this.said = text;
    this.$("slider").setAttribute("aria-valuetext", text);
  }
}
