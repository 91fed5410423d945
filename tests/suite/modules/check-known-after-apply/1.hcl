resource "terraform_data" "a" {
  input = 1
}
check "c" {
  assert {
    condition     = terraform_data.a.id == ""
    error_message = "no"
  }
}
check "d" {
  assert {
    condition     = terraform_data.a.id != ""
    error_message = "no"
  }
}
