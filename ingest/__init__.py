"""Pages in, dated rule articles, exact passages and exam items out. Knows no model."""
