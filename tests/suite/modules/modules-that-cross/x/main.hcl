variable "a" {}
variable "b" {}
output "a" { value = var.a }
output "b" { value = var.b }
