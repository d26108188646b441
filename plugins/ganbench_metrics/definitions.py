"""What each metric is, in the words and the formula of its paper, for pages and for people."""

DEFINITIONS = {
    "fid": (
        "|μ₁ − μ₂|² + tr(C₁ + C₂ − 2 (C₁C₂)^½) between Gaussians with the means μ and covariances C of the features "
        "of both sides. In Inception's features it is the Fréchet Inception distance; in others it compares with "
        "nothing but itself. It is biased upwards, the more so the fewer the samples: only equal counts compare."
    ),
    "frechet": (
        "|μ₁ − μ₂|² + tr(C₁ + C₂ − 2 (C₁C₂)^½) between Gaussians with the means μ and covariances C of the features "
        "of both sides; of the samples' own numbers in the features raw."
    ),
    "fid-infinity": (
        "The Fréchet distance at several numbers n of samples is close to a line in 1/n; this is where that line "
        "meets 1/n = 0, so that it may come out a little below 0 for equal laws."
    ),
    "kid": (
        "The squared maximum mean discrepancy of features x, y of dimension d under the kernel (xᵀy/d + 1)³, "
        "estimated without bias, so about 0 and at times below it for equal laws; with the standard error of that "
        "estimate."
    ),
    "inception-score": (
        "exp(mean KL(p(y|x) ‖ p(y))) over the classifier's judgements p(y|x) of generated samples alone, the mean "
        "over splits. It is high where single judgements are sure and all of them together are even; it never looks "
        "at real data."
    ),
    "prdc": (
        "Around each real sample lies a ball that reaches to its k-th nearest real neighbour, and likewise around "
        "each generated one. Precision is the share of generated samples inside any real ball, recall the share of "
        "real ones inside any generated ball, density the mean number of real balls around a generated sample over k, "
        "coverage the share of real balls that hold a generated sample. k is 5, as in Naeem et al., for all four; "
        "Kynkäänniemi et al. have 3 for precision and recall."
    ),
    "ndb": (
        "Real features are clustered into bins; a two-proportion test at 5 % tells for each bin whether the share of "
        "generated samples in it differs. The share of bins that do, and the Jensen-Shannon divergence of both "
        "histograms."
    ),
    "nearest-neighbour": (
        "Each sample of either side is judged by the side of its nearest neighbour among all others. One half for "
        "equal laws; 1 where the sides are apart; 0 where each generated sample copies a real one."
    ),
    "sliced-wasserstein": (
        "The root of the mean, over random lines, of the squared 2-Wasserstein distance between both sides' "
        "projections, which in one dimension is the distance of sorted values."
    ),
    "mmd": (
        "E k(x, x′) + E k(y, y′) − 2 E k(x, y), without bias, under a mean of Gaussian kernels whose widths lie about "
        "the median distance of real samples."
    ),
    "intra-class-fid": (
        "The Fréchet distance between real and generated samples of one class, for every class; the mean over classes "
        "and the largest."
    ),
    "modes": (
        "On a mixture with known means and deviation σ, a point is of high quality within 3σ of its nearest mean, and "
        "a mode is captured if such a point is nearest to it, as VEEGAN and PacGAN count. Few modes captured by few "
        "points of high quality may be imprecision as well as collapse; what tells them apart is where all points lie, "
        "whatever their quality: modes_nearest counts the modes to which a tenth of an equal share of points or more "
        "is nearest, and reverse KL is taken from the histogram of all points over their nearest modes to the uniform "
        "one."
    ),
    "spectral": (
        "Each generated waveform is fitted by a decaying tone, by least squares. The share whose residue is within "
        "three deviations of the law's noise; the largest difference between the shares of fitted frequencies, "
        "amplitudes, decays and phases below a value and those of the law, about 0.87/√n for n perfect samples; and "
        "the root mean square, over frequencies, of the decibels between the mean power spectra of both sides."
    ),
    "alignment": (
        "A recogniser reads each picture's objects. A caption's objects are looked for among them, each at a place of "
        "its own, so that most of what it says is found; the share that is found, of shapes, colours, sizes, "
        "relations and numbers of objects, together and apart. A relation is that of objects of which the shape or the "
        "colour is found. With captions in random order it is the floor, for chance finds something too; in the "
        "captions' real scenes it is the ceiling, which the recogniser's errors set. Where captions are of whole "
        "samples, as of digits, each factor that they say is compared with the one that is read or measured."
    ),
    "composition": (
        "The alignment of pictures that the model draws for captions whose every object is of a pair of shape and "
        "colour that neither split has, or whose digit is of such a pair of digit and stroke, though both splits have "
        "each of the two. What of them falls below the alignment does not compose."
    ),
    "scene-modes": (
        "A recogniser reads the objects of each picture: scenes that have clear objects alone, how many of these "
        "differ, and which kinds of objects come up, by shape, colour, size and place, with the KL divergence from "
        "their histogram to equal shares. Real scenes are nearly all different; samples are held against their number. "
        "A blotch of one colour is often read as the shape that it resembles: whole scenes are so many at most."
    ),
    "class-modes": (
        "A classifier judges every generated sample. The classes that come up, and the KL divergence from the "
        "histogram of judgements to equal shares: 0 where every class has its own, log(classes) for a single one."
    ),
    "classification-accuracy": (
        "A logistic regression is taught generated samples with their labels and judges held-out real ones. The share "
        "judged right, to be compared with what training data themselves give."
    ),
    "memorisation": (
        "For each generated sample, whether it is nearer to the training data than to as many held-out data; and how "
        "often it is nearer to the training data than a held-out sample is. Both one half for honest samples; data "
        "copying is 1 for a model that plays its training data back."
    ),
    "likelihood": (
        "The mean of log p(x) over held-out samples, and −log₂ p(x) over the dimensions. Images are given uniform "
        "noise of a level's width, so that a density bounds the probability of their 256 levels; points keep their "
        "density. Of a model that only bounds its likelihood, such as an autoencoder with an ELBO, it is the bound."
    ),
    "duality-gap": (
        "From the generator and the discriminator as they are, a copy of the discriminator is trained alone against "
        "the generator, and a copy of the generator alone against the discriminator, on `updates` training batches "
        "by Adam (β₁ 0.5) at the recipe's rate. The gap is V of the first pair minus V of the second, with V = "
        "E log D(x) + E log(1 − D(G(z))) in nats on held-out data. It is 0 where neither player can do better alone. "
        "Opponents of a few updates are not the worst there are, so that this is less than the true gap; noise may "
        "take it below 0. Only of models of two networks under an objective whose logits are log odds."
    ),
    "reconstruction": (
        "Held-out images, as many as are compared, are encoded and decoded, what is outside the range cut off. Means "
        "over images of the squared error of levels in [−1, 1]; of 10 log₁₀(range² / squared error), 58.9 dB at most, "
        "where the error is that of rounding to bytes; and of the structural similarity under an 11 x 11 Gaussian "
        "window, or as large an odd one as fits. Floor: the mean image for all of them, as pixel-gaussian has it. "
        "Ceiling: the images themselves, an error of 0, 58.9 dB and 1, which a code as long as the image reaches and "
        "which says nothing about the law that was learnt. A conditional model is told the labels."
    ),
    "denoising": (
        "Normal noise with a standard deviation of 10, 25 and 50 % of the range of levels is added to held-out images, "
        "and not cut off; the model encodes and decodes the noisy image, and is not told how strong the noise is. PSNR "
        "and SSIM of what comes out, cut to the range, to the image without noise. Floor: the noisy image itself, "
        "about 20, 12 and 6 dB, and more where the cut takes some of the noise away, as the model unchanged has it. "
        "Ceiling: the image, 58.9 dB and 1."
    ),
    "colouring": (
        "Held-out images of three channels are shown to the model as grey ones of the same lightness L*, in three "
        "equal channels, as a model that was trained on colours can be asked; the colours a*, b* of its reconstruction "
        "are put on the image's own lightness. The mean over pixels and images of the distance to the true colours in "
        "CIE L*a*b* (D65), ΔE of CIE 1976; 2.3 is just noticeable. Floor: the grey image itself, whose error is the "
        "mean chroma, as the model unchanged has it. Ceiling: 0."
    ),
    "anomaly": (
        "One class is left out of training, and the held-out data keep it. How often a held-out sample of that class "
        "is stranger to the model than one of the other classes: the area under the ROC. Strangeness is the error of a "
        "sample's reconstruction, or −log p(x), or minus its lower bound; of nearest-neighbour, the squared distance "
        "to the nearest training sample. Floor: 0.5, a guess; below it, the class that was left out is less strange "
        "than the ones learnt. Ceiling: 1. Over all classes in turn the mean is what is published; a model that is "
        "told labels is not asked."
    ),
    "condition-variety": (
        "The model is asked for samples by the labels or captions that held-out ones have. Of the variance of "
        "features, summed over dimensions, the share that is between samples of one condition (within groups, over "
        "the whole, both without bias); over the same share of the held-out samples. 0: one sample for each condition. "
        "1: as the data. Above 1, up to one over the data's share: what is asked for changes samples less than it "
        "does the data, or noise lies over them. It says nothing of what differs: a dot in varying places has variety."
    ),
    "translation": (
        "mean |G(x) − y| / 2 over channels and pixels, in pictures from −1 to 1, between what a model makes of each "
        "held-out source x and its true translation y; the mean over pictures, and what one picture in twenty exceeds. "
        "0 is the truth, 1 is white for black. The model called identity gives the floor, and pix2pix, which learns "
        "from pairs, a ceiling. Missing where data know no truth."
    ),
    "cycle": (
        "mean |F(G(x)) − x| / 2 over held-out sources x, which a model translates by G and back by F. It is a proxy: "
        "it looks at no truth, and 0 is no proof of a right translation, since any that loses nothing can be undone."
    ),
}
