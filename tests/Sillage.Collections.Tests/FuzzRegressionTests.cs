using Sillage.Collections.Fuzz;

namespace Sillage.Collections.Tests;

/// <summary>Everything that the fuzz targets start from or once found, and a look at what can be made of it.</summary>
public sealed class FuzzRegressionTests
{
    public static TheoryData<string, string> Corpus => new(FuzzTargets.Corpus.Files);

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Corpus))]
    public void An_input_of_the_corpus_is_harmless(string target, string file) => FuzzTargets.Corpus.Run(target, file);

    [Theory]
    [MemberData(nameof(Targets))]
    public void What_can_be_made_of_it_is_harmless(string target) =>
        FuzzTargets.Corpus.RunMutations(target, LongRuns.Scale(5_000, 1_000_000), seed: 20261130);
}
