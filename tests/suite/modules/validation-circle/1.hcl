variable "a" {
  default = 1
  validation {
    condition     = var.a != var.b
    error_message = "no"
  }
}
variable "b" {
  default = 2
  validation {
    condition     = var.a != var.b
    error_message = "no"
  }
}
