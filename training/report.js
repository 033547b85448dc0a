// Players of one group share a moment: starting one stops the other and goes on there.
for (const group of document.querySelectorAll(".takes")) {
  const players = [...group.querySelectorAll("audio")];
  for (const player of players) {
    player.addEventListener("play", () => {
      for (const other of players) {
        if (other === player || other.paused) continue;
        other.pause();
        player.currentTime = other.currentTime;
      }
    });
  }
}
