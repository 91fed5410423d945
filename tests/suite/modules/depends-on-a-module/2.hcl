module "m" {
  source = "./m"
  n      = 2
}
resource "terraform_data" "b" {
  input = 1
  depends_on = [module.m]
}
