resource "terraform_data" "a" {
  input = 1
}
resource "terraform_data" "b" {
  input = 1
  lifecycle {
    precondition {
      condition     = terraform_data.a.id == ""
      error_message = "no"
    }
  }
}
