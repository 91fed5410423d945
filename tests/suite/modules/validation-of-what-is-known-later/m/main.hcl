variable "n" {
  validation {
    condition     = var.n == ""
    error_message = "no"
  }
}
resource "terraform_data" "t" { input = var.n }
