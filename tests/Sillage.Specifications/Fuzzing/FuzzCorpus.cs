namespace Sillage.Specifications.Fuzzing;

/// <summary>The inputs that targets start from, and those that once found something: files under <c>tests/PROJECT/corpus/TARGET</c>.</summary>
/// <param name="project">The project of the targets.</param>
/// <param name="targets">Its targets.</param>
public sealed class FuzzCorpus(string project, IReadOnlyList<FuzzTarget> targets)
{
    // From tests/PROJECT.Tests/bin/CONFIGURATION/FRAMEWORK, as from that of the targets themselves.
    private readonly string _folder = Path.GetFullPath(
        Path.Combine(AppContext.BaseDirectory, "../../../../..", "tests", project, "corpus")
    );

    /// <summary>The folder of one target.</summary>
    public string FolderOf(string target) => Path.Combine(_folder, target);

    /// <summary>All inputs of one target.</summary>
    public IReadOnlyList<byte[]> Inputs(string target) =>
        [.. Directory.EnumerateFiles(FolderOf(target)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    /// <summary>The name of each target with that of each of its files.</summary>
    public IEnumerable<(string Target, string File)> Files =>
        from target in targets
        from file in Directory.EnumerateFiles(FolderOf(target.Name)).Order(StringComparer.Ordinal)
        select (target.Name, Path.GetFileName(file));

    /// <summary>Feeds one file to its target.</summary>
    public void Run(string target, string file) =>
        targets.Single(one => one.Name == target).Run(File.ReadAllBytes(Path.Combine(FolderOf(target), file)));

    /// <summary>Feeds so many inputs that are made of the corpus to a target.</summary>
    public void RunMutations(string target, int count, int seed)
    {
        var one = targets.Single(one => one.Name == target);
        var mutator = new Mutator(Inputs(target), one.Tokens, seed);
        for (var run = 0; run < count; run++)
        {
            var input = mutator.Next();
#pragma warning disable CA1031 // Whatever a target throws is the find.
            try
            {
                one.Run(input);
            }
            catch (Exception found)
            {
                throw new InvalidOperationException(
                    $"{target}, seed {seed}, input {run}: {Convert.ToBase64String(input)}",
                    found
                );
            }
#pragma warning restore CA1031
        }
    }
}
