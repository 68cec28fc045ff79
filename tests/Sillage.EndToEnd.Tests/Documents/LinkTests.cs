using System.Text.RegularExpressions;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Documents;

/// <summary>The pages lead to where they say, and the index to every page.</summary>
public sealed partial class LinkTests
{
    private static readonly string[] Index = ["guide", "reference"];

    [Fact]
    public async Task Every_link_within_the_repository_leads_somewhere()
    {
        var broken = new List<string>();
        foreach (var page in Pages())
        {
            foreach (Match link in Link().Matches(await File.ReadAllTextAsync(page)))
            {
                var target = Path.Combine(Path.GetDirectoryName(page)!, link.Groups["path"].Value);
                if (!Path.Exists(target))
                {
                    broken.Add($"{Path.GetRelativePath(Repository.Root, page)}: {link.Groups["path"].Value}");
                }
            }
        }

        broken.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_index_names_every_page_of_guide_and_reference()
    {
        var docs = Path.Combine(Repository.Root, "docs");
        var index = await File.ReadAllTextAsync(Path.Combine(docs, "README.md"));

        var unnamed = Index
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(docs, folder), "*.md"))
            .Select(page => Path.GetRelativePath(docs, page))
            .Where(page => !index.Contains($"({page})", StringComparison.Ordinal));

        unnamed.ShouldBeEmpty();
    }

    private static IEnumerable<string> Pages() =>
        Directory
            .EnumerateFiles(Repository.Root, "*.md")
            .Concat(
                Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
            );

    // Relative ones: no scheme, and what follows # is within the page.
    [GeneratedRegex(@"\]\((?<path>[^)#:\s]+)(#[^)]*)?\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();
}
