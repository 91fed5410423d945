variable "e" {
  default   = 1
  ephemeral = true
}
resource "terraform_data" "a" {
  count = var.e
  input = 1
}
