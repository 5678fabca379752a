"""The read models of orders: one file each, found by walking this folder."""
