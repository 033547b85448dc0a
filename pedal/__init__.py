"""Neural guitar effects played live: the player's and the tech's side."""
