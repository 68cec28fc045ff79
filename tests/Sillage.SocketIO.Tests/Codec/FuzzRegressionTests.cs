using Sillage.SocketIO.Fuzz;
using Sillage.SocketIO.Tests.Clients;
using Xunit;

namespace Sillage.SocketIO.Tests.Codec;

/// <summary>Everything that the fuzz targets start from or once found.</summary>
public sealed class FuzzRegressionTests
{
    public static TheoryData<string, string> Corpus
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var target in FuzzTargets.All.Keys)
            {
                var folder = Path.Combine(ClientTests.Root, "tests", "Sillage.SocketIO.Fuzz", "corpus", target);
                foreach (var file in Directory.EnumerateFiles(folder))
                {
                    data.Add(target, Path.GetFileName(file));
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Corpus))]
    public void An_input_of_the_corpus_is_harmless(string target, string file) =>
        FuzzTargets.All[target](
            File.ReadAllBytes(Path.Combine(ClientTests.Root, "tests", "Sillage.SocketIO.Fuzz", "corpus", target, file))
        );
}
