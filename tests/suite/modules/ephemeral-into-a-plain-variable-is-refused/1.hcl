variable "e" {
  default   = "x"
  ephemeral = true
}
module "m" {
  source = "./m"
  n      = var.e
}
