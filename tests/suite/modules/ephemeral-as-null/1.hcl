variable "e" {
  default   = "x"
  ephemeral = true
}
resource "terraform_data" "a" {
  input = ephemeralasnull(var.e)
}
output "o" { value = terraform_data.a.output }
