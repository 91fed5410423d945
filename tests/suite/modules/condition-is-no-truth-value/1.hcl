resource "terraform_data" "a" {
  input = 1
  lifecycle {
    precondition {
      condition     = "maybe"
      error_message = "no"
    }
  }
}
