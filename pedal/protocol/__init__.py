"""The definition of all that crosses a language or a wire: TOML in, tables out."""
