using System.ComponentModel.DataAnnotations;

namespace Sillage.Accounts.Contracts.Remote;

/// <summary>
/// Accounts in another process, section <c>Accounts:Remote</c>. A process with the accounts module answers the others if a
/// credential is set; a process without it asks at the address. The same section does for both.
/// </summary>
public sealed class RemoteAccountsOptions : IValidatableObject
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Accounts:Remote";

    /// <summary>The shortest credential there may be.</summary>
    public const int ShortestCredential = 32;

    /// <summary>
    /// Where the process with the accounts module is, as <c>http://accounts:8000</c>. Default none: a process without the
    /// module then knows nobody.
    /// </summary>
    public string? Address { get; set; }

    /// <summary>
    /// Where more of its copies are, which share a PostgreSQL. Asked in turn; one that nobody listens at gets nothing for two seconds. Default none.
    /// </summary>
    public IReadOnlyList<string> Addresses { get; set; } = [];

    /// <summary>
    /// The SRV record that tells where its copies are, in place of addresses, as <c>_http._tcp.accounts.default.svc.cluster.local</c>;
    /// asked for again every <c>Discovery:Every</c>. Default none.
    /// </summary>
    public string? Discover { get; set; }

    /// <summary>Whether there is any place to ask.</summary>
    public bool IsGiven() => Discover is { Length: > 0 } || Places().Any();

    /// <summary>The addresses that are given.</summary>
    public IEnumerable<string> Places() => Addresses.Prepend(Address).OfType<string>().Where(place => place.Length > 0);

    /// <summary>
    /// What processes of one deployment know each other by; at least 32 characters, and random. Default none: then the
    /// process with the accounts module answers no other.
    /// </summary>
    public string? Credential { get; set; }

    /// <summary>How long one question may take, all its tries together. 1 second to 1 minute, default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the changes of accounts may be unheard of before nothing that is remembered is believed without asking. 5
    /// seconds to 5 minutes, default 10 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:05", "00:05:00")]
    public TimeSpan LongestSilence { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long the last answer about a credential counts where the accounts cannot be reached, from when they were last
    /// heard of. A logout made meanwhile is not known for as long. 0 to 1 day, default 5 minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan LastAnswer { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long an API key that was good is not asked for again. 0 to 1 hour, default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ApiKeyMemory { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrEmpty(Credential) && Credential.Length < ShortestCredential)
        {
            // No member is named: the line would show its value.
            yield return new ValidationResult(
                $"{Section}:Credential must have at least {ShortestCredential} characters."
            );
        }

        if (!IsGiven())
        {
            yield break;
        }

        if (
            Places()
                .Any(place =>
                    !Uri.TryCreate(place, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")
                )
        )
        {
            yield return new ValidationResult(
                $"{Section}:Address must be an address like http://accounts:8000, and so must each of {Section}:Addresses.",
                [nameof(Address)]
            );
        }

        if (Discover is { Length: > 0 } && Places().Any())
        {
            yield return new ValidationResult($"{Section}:Discover takes the place of addresses.", [nameof(Discover)]);
        }

        if (string.IsNullOrEmpty(Credential))
        {
            yield return new ValidationResult(
                $"{Section}:Address needs {Section}:Credential too, the same as in the process with the accounts.",
                [nameof(Credential)]
            );
        }
    }
}
