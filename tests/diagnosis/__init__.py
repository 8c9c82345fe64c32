"""Networks with their scenes, mistakes planted in their true lines, and what is said of them."""
