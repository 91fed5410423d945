variable "a" { default = 1 }
variable "b" {
  default  = 2
  nullable = false
}
output "out" { value = [var.a, var.b] }
