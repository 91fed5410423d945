resource "terraform_data" "a" {
  input = 1
  lifecycle {
    postcondition {
      condition     = self.id == ""
      error_message = "no"
    }
  }
}
resource "terraform_data" "b" {
  input = terraform_data.a.output
}
