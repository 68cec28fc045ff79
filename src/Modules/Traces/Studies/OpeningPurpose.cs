using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sillage.Api.Problems;
using Sillage.Api.Requests.Query;

namespace Sillage.Traces.Studies;

/// <summary>Why identities are opened, as <c>?purpose=</c> says: written down with the opening, and shown to participants.</summary>
internal sealed class OpeningPurpose : IEndpointParameterMetadataProvider
{
    private const int Longest = 200;
    private const string Name = "purpose";

    private readonly string? _text;
    private readonly bool _isNeeded;

    private OpeningPurpose(string? text, bool isNeeded) => (_text, _isNeeded) = (text, isNeeded);

    /// <summary>The purpose, where identities are about to be opened; null if none is given and none needed.</summary>
    /// <exception cref="ProblemException">400: the settings ask for one (<see cref="TracesOptions.PurposeForIdentities"/>).</exception>
    public string? Demand() =>
        _text is null && _isNeeded
            ? throw Refusal("Identities are opened with a purpose on this server. Participants see it.")
            : _text;

    /// <summary>Binds <c>?purpose=</c>.</summary>
    public static ValueTask<OpeningPurpose?> BindAsync(HttpContext context)
    {
        var text = context.Request.Query.TryGetValue(Name, out var given) ? given.ToString().Trim() : null;
        if (text is not null && (text.Length is 0 or > Longest || text.Any(char.IsControl) || given.Count > 1))
        {
            throw Refusal("The purpose is not valid.");
        }

        var options = context.RequestServices.GetRequiredService<IOptions<TracesOptions>>().Value;
        return ValueTask.FromResult<OpeningPurpose?>(new OpeningPurpose(text, options.PurposeForIdentities));
    }

    /// <inheritdoc />
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(
            new QueryParameterMetadata(
                Name,
                "Why identities are opened, 1 to 200 characters that name nobody: written down with the opening, and shown to participants and "
                    + "to who manages the study. Needed where the setting Traces:PurposeForIdentities says so.",
                "A participant asked for a correction"
            )
        );

    private static ProblemException Refusal(string detail) =>
        new(Problem.BadRequest(detail, new FieldError("?" + Name, "1 to 200 characters, no control characters.")));
}
