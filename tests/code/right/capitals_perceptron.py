import numpy as np


class MultiLayerPerceptron:
    def __init__(self, numInputs, numHidden, numOutputs, learningRate=0.05):
        self.learningRate = learningRate
        self.weightsInputHidden = np.random.uniform(-1, 1, (numInputs, numHidden))
        self.weightsHiddenOutput = np.random.uniform(-1, 1, (numHidden, numOutputs))
        self.biasHidden = np.zeros((1, numHidden))
        self.biasOutput = np.zeros((1, numOutputs))

    def activation(self, x):
        return 1 / (1 + np.exp(-x))

    def activationDerivative(self, x):
        return x * (1 - x)

    def feedForward(self, inputs):
        self.hiddenOutput = self.activation(np.dot(inputs, self.weightsInputHidden) + self.biasHidden)
        self.finalOutput = self.activation(
            np.dot(self.hiddenOutput, self.weightsHiddenOutput) + self.biasOutput
        )
        return self.finalOutput

    def backPropagate(self, inputs, targets):
        outputError = targets - self.finalOutput
        outputDelta = outputError * self.activationDerivative(self.finalOutput)
        hiddenError = outputDelta.dot(self.weightsHiddenOutput.T)
        hiddenDelta = hiddenError * self.activationDerivative(self.hiddenOutput)
        self.weightsHiddenOutput += self.hiddenOutput.T.dot(outputDelta) * self.learningRate
        self.biasOutput += np.sum(outputDelta, axis=0, keepdims=True) * self.learningRate
        self.weightsInputHidden += inputs.T.dot(hiddenDelta) * self.learningRate
        self.biasHidden += np.sum(hiddenDelta, axis=0, keepdims=True) * self.learningRate

    def trainNetwork(self, inputs, targets, maxEpochs=1000):
        for epoch in range(maxEpochs):
            output = self.feedForward(inputs)
            self.backPropagate(inputs, targets)


if __name__ == "__main__":
    trainX = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    trainY = np.array([[0], [1], [1], [0]])
    network = MultiLayerPerceptron(2, 4, 1)
    network.trainNetwork(trainX, trainY)
    print(network.feedForward(trainX))
