using Sillage.Api.Problems;

namespace Sillage.Traces.Studies;

/// <summary>What a study's participants are asked to agree to.</summary>
/// <param name="Required">Whether traces are taken of those only who agreed.</param>
/// <param name="Version">The number of the text, from 1 up; goes up whenever the text or the address changes.</param>
/// <param name="Text">What they agree to, 1 to 20 000 characters.</param>
/// <param name="Url">Where more is said, such as the study's information sheet.</param>
/// <param name="Renew">
/// Whether consent to earlier versions ends with this one: then nothing is taken of a participant until he agrees anew.
/// True if left out of the first version, as in the version before if left out of a later one.
/// </param>
public sealed record ConsentTerms(bool Required, long Version, string Text, string? Url = null, bool? Renew = null)
{
    private const int MaximumText = 20_000;

    private const int MaximumUrl = 2000;

    /// <summary>What is wrong with the terms that a study is to have from now on.</summary>
    /// <param name="old">Those that it has.</param>
    /// <param name="wanted">Those that it is to have.</param>
    internal static IEnumerable<FieldError> Check(ConsentTerms? old, ConsentTerms? wanted)
    {
        if (wanted is null)
        {
            if (old is not null)
            {
                yield return new FieldError(
                    "/consent",
                    "What was asked stays on record; set /consent/required to false to ask no longer."
                );
            }

            yield break;
        }

        if (
            wanted.Text is null
            || wanted.Text.Trim().Length == 0
            || wanted.Text.Length > MaximumText
            || wanted.Text.Contains('\0', StringComparison.Ordinal)
        )
        {
            yield return new FieldError("/consent/text", $"1 to {MaximumText} characters.");
        }

        if (wanted.Url is not null && !IsAddress(wanted.Url))
        {
            yield return new FieldError("/consent/url", "An address that begins with https:// or http://.");
        }

        if (wanted.Version is < 1 or > int.MaxValue)
        {
            yield return new FieldError("/consent/version", "A whole number from 1 up.");
        }
        else if (old is not null && wanted.Version < old.Version)
        {
            yield return new FieldError("/consent/version", $"Not below {old.Version}, the current version.");
        }
        else if (old is not null && wanted.Version == old.Version && wanted.Says(old) is false)
        {
            yield return new FieldError(
                "/consent/version",
                $"The text has changed: a version above {old.Version}, so that it stays known who agreed to what."
            );
        }
    }

    private bool Says(ConsentTerms other) => Text == other.Text && Url == other.Url;

    private static bool IsAddress(string text) =>
        text.Length <= MaximumUrl
        && Uri.TryCreate(text, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp);
}
