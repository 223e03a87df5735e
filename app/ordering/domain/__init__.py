"""The rules of ordering: states, service styles, modifiers, prices, taxes and splits."""
