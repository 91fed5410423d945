variable "b" {
  nullable = false
}
output "out" { value = var.b }
