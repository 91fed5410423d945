resource "terraform_data" "a" {
  input = 2
}
check "c" {
  assert {
    condition     = terraform_data.a.input == 2
    error_message = "no"
  }
}
