"""The tabs of the screen: one file and one function each, called inside the Blocks."""
