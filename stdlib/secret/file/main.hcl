# A secret that a file of the project holds.

output "value" {
  value = trimsuffix(file(var.file), "\n")
}
