module "m" {
  source = "./n"
  count  = 2
}
