"""The rules of duty: shifts without holes, their turn, changes of it, incidents and orders."""
