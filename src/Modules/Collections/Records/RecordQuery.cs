using Microsoft.AspNetCore.Http;
using Sillage.Api.Problems;
using Sillage.Collections.Declared;
using Sillage.Collections.Language;
using Sillage.Search;

namespace Sillage.Collections.Records;

/// <summary>What a list is put in order by.</summary>
/// <param name="Field">The field; null for the order of creation or of the last change.</param>
/// <param name="ByChange">Whether it is the order of the last change.</param>
/// <param name="Descending">Whether the greatest comes first.</param>
internal sealed record SortKey(FieldPlan? Field, bool ByChange, bool Descending);

/// <summary>The part of a collection that is asked for, checked: it names only what who asks may read.</summary>
/// <param name="Filter">Which records; null for all.</param>
/// <param name="Order">In which order, by up to three keys.</param>
/// <param name="OrderText">The same as it was written.</param>
/// <param name="Fields">Which members; null for all.</param>
/// <param name="Expand">Which relations are followed, as paths.</param>
/// <param name="Search">Which words they have; null for any.</param>
internal sealed record RecordQuery(
    Test? Filter,
    IReadOnlyList<SortKey> Order,
    string OrderText,
    IReadOnlySet<string>? Fields,
    IReadOnlyList<string[]> Expand,
    SearchQuery? Search = null
)
{
    private const int LongestSearch = 500;

    private const int MostKeys = 3;
    private const int MostPaths = 10;

    /// <summary>Reads <c>?filter=</c>, <c>?q=</c>, <c>?sort=</c>, <c>?fields=</c> and <c>?expand=</c>.</summary>
    /// <exception cref="ProblemException">400: what is wrong, and where.</exception>
    public static RecordQuery Read(HttpRequest request, Known known, Viewer viewer)
    {
        var errors = new List<FieldError>();
        var query = new RecordQuery(
            FilterOf(request.Query["filter"].ToString(), known, viewer, errors),
            OrderOf(request.Query["sort"].ToString(), known.Main, viewer, errors),
            request.Query["sort"].ToString(),
            FieldsOf(request.Query["fields"].ToString(), known.Main, viewer, errors),
            ExpandOf(request.Query["expand"].ToString(), known, viewer, errors),
            SearchOf(request.Query["q"].ToString(), known.Main, errors)
        );
        return errors.Count == 0 ? query : throw Invalid(errors);
    }

    /// <summary>400: what is wrong with each part of the query.</summary>
    public static ProblemException Invalid(IReadOnlyList<FieldError> errors) =>
        new(Problem.BadRequest("The query is not valid; 'errors' names each part.", errors));

    private static SearchQuery? SearchOf(string text, CollectionPlan plan, List<FieldError> errors)
    {
        if (text.Length == 0)
        {
            return null;
        }

        var query = text.Length > LongestSearch ? null : SearchQuery.Parse(text, SearchLanguage.None);
        if (!plan.Fields.Any(field => field.IsSearched))
        {
            errors.Add(
                new FieldError("?q", "No field of this collection is searched: declare one with 'search': true.")
            );
        }
        else if (query is null)
        {
            errors.Add(
                new FieldError("?q", $"At most {LongestSearch} characters with a word to look for are expected.")
            );
        }

        return query;
    }

    /// <summary>A filter that stands alone; null where there is none.</summary>
    /// <exception cref="ProblemException">400: what is wrong, and where.</exception>
    public static Test? FilterAt(string pointer, string? text, Known known, Viewer viewer)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var test = Checker.CheckFilter(text, known, viewer, out var fault);
        return fault is null ? test : throw Invalid([new FieldError(pointer, fault.ToString())]);
    }

    private static Test? FilterOf(string text, Known known, Viewer viewer, List<FieldError> errors)
    {
        if (text.Length == 0)
        {
            return null;
        }

        var test = Checker.CheckFilter(text, known, viewer, out var fault);
        if (fault is not null)
        {
            errors.Add(new FieldError("?filter", fault.ToString()));
        }

        return test;
    }

    private static List<SortKey> OrderOf(string text, CollectionPlan plan, Viewer viewer, List<FieldError> errors)
    {
        var keys = new List<SortKey>();
        foreach (var part in Parts(text))
        {
            var descending = part.StartsWith('-');
            var name = descending ? part[1..] : part;
            var field = plan.Find(name);
            if (name is "created" or "updated")
            {
                keys.Add(new SortKey(null, name == "updated", descending));
            }
            else if (field is null || !viewer.Sees(plan, field))
            {
                errors.Add(new FieldError("?sort", $"There is no field '{name}' that you may read."));
            }
            else if (field.Field.IsMany || field.Sort is Sort.None)
            {
                errors.Add(new FieldError("?sort", $"'{name}' has no order."));
            }
            else
            {
                keys.Add(new SortKey(field, false, descending));
            }
        }

        if (keys.Count > MostKeys)
        {
            errors.Add(new FieldError("?sort", $"At most {MostKeys} fields."));
        }

        return keys.Count == 0 ? [new SortKey(null, false, false)] : keys;
    }

    private static HashSet<string>? FieldsOf(string text, CollectionPlan plan, Viewer viewer, List<FieldError> errors)
    {
        if (text.Length == 0)
        {
            return null;
        }

        var chosen = Parts(text).ToHashSet(StringComparer.Ordinal);
        foreach (var name in chosen)
        {
            if (!Names.System.Contains(name) && (plan.Find(name) is not { } field || !viewer.Sees(plan, field)))
            {
                errors.Add(new FieldError("?fields", $"There is no field '{name}' that you may read."));
            }
        }

        return chosen;
    }

    private static List<string[]> ExpandOf(string text, Known known, Viewer viewer, List<FieldError> errors)
    {
        var paths = new List<string[]>();
        foreach (var part in Parts(text))
        {
            var steps = part.Split('.');
            var plan = known.Main;
            foreach (var step in steps.Length > Checker.Deepest ? [] : steps)
            {
                plan =
                    plan?.Find(step) is { Field.To: { } to } field && viewer.Sees(plan, field)
                        ? known.All.GetValueOrDefault(to)
                        : null;
            }

            if (plan is null || steps.Length > Checker.Deepest)
            {
                errors.Add(
                    new FieldError(
                        "?expand",
                        $"'{part}' is no path of at most {Checker.Deepest} relations that you may read."
                    )
                );
            }

            paths.Add(steps);
        }

        if (paths.Count > MostPaths)
        {
            errors.Add(new FieldError("?expand", $"At most {MostPaths} paths."));
        }

        return paths;
    }

    /// <summary>What stands between the commas.</summary>
    public static string[] Parts(string text) =>
        text.Length == 0 ? [] : text.Split(',', StringSplitOptions.TrimEntries);
}
