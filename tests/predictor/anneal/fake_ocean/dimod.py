"""As much of dimod as the adapter uses. No network, nothing installed."""


class BinaryQuadraticModel:
    def __init__(self, linear, quadratic, offset, vartype):
        if vartype != "BINARY":
            raise ValueError(vartype)
        self.linear, self.quadratic, self.offset = linear, quadratic, offset

    def energy(self, sample):
        return (self.offset + sum(bias * sample[i] for i, bias in self.linear.items()) +
                sum(bias * sample[i] * sample[j] for (i, j), bias in self.quadratic.items()))
