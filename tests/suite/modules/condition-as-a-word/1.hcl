resource "terraform_data" "a" {
  input = 1
  lifecycle {
    precondition {
      condition     = "true"
      error_message = "no"
    }
  }
}
