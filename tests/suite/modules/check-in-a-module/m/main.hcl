variable "n" {
  default = 1
}
resource "terraform_data" "t" {
  input = var.n
}
output "out" {
  value = terraform_data.t.output
}
check "c" {
  assert {
    condition     = var.n == 1
    error_message = "no"
  }
}
