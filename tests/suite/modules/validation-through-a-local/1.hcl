variable "a" {
  default = 3
  validation {
    condition     = var.a < local.most
    error_message = "no"
  }
}
locals { most = 3 }
output "o" { value = var.a }
