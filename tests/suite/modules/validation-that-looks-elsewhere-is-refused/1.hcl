variable "a" {
  default = 3
  validation {
    condition     = 1 == 1
    error_message = "no"
  }
}
output "o" { value = var.a }
