using System.ComponentModel.DataAnnotations;
using Sillage.Api.Access;

namespace Sillage.Accounts.Contracts;

/// <summary>Whether people may make accounts for themselves.</summary>
public enum RegistrationMode
{
    /// <summary>Only administrators and studies make accounts.</summary>
    Closed,

    /// <summary>Anybody may register.</summary>
    Open,
}

/// <summary>The settings of accounts, section <c>Accounts</c>.</summary>
public sealed class AccountsOptions : IValidatableObject
{
    private const int ShortestSecret = 32;

    /// <summary>Whether people may make accounts for themselves: <c>open</c> or <c>closed</c>. Default closed.</summary>
    public RegistrationMode Registration { get; set; } = RegistrationMode.Closed;

    /// <summary>How long an access token counts. 1 minute to 1 day, default 15 minutes.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// How long the token counts that older clients get, who know no refreshing (<c>/{study}/api/v1/utils/token</c>).
    /// 1 minute to 30 days, default 1 day.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan LongTokenLifetime { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long any token counts at most.</summary>
    public TimeSpan LongestToken() => LongTokenLifetime > AccessTokenLifetime ? LongTokenLifetime : AccessTokenLifetime;

    /// <summary>How long a session lives without being refreshed. 5 minutes to 1 year, default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "366.00:00:00")]
    public TimeSpan RefreshTokenLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long a session lives however often it is refreshed. 5 minutes to 10 years, default 1 year.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "3660.00:00:00")]
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromDays(365);

    /// <summary>
    /// How long a refresh token may be sent again by a client that did not get the reply; it gets the same successor.
    /// 0 to 2 minutes, default 20 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:02:00")]
    public TimeSpan RefreshGrace { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The shortest password a person may choose. 8 to 64 characters, default 10.</summary>
    [Range(8, 64)]
    public int PasswordMinimumLength { get; set; } = 10;

    /// <summary>Rounds of PBKDF2-HMAC-SHA512 for chosen passwords. 100 000 to 10 000 000, default 210 000.</summary>
    [Range(100_000, 10_000_000)]
    public int PasswordIterations { get; set; } = 210_000;

    /// <summary>
    /// Rounds of PBKDF2-HMAC-SHA512 for generated passwords, which are random, until they are first used. 1 000 to
    /// 10 000 000, default 2 000.
    /// </summary>
    [Range(1_000, 10_000_000)]
    public int GeneratedPasswordIterations { get; set; } = 2_000;

    /// <summary>How long a Basic credential that was right need not be computed again. 0 to 1 hour, default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan PasswordMemory { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How many wrong passwords in a row lock an account's password. 3 to 1000, default 10.</summary>
    [Range(3, 1000)]
    public int LockoutThreshold { get; set; } = 10;

    /// <summary>How long a password stays locked. 10 seconds to 1 day, default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "1.00:00:00")]
    public TimeSpan LockoutDuration { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long ago the login may be for an account to be erased by its owner, and for an API key to be made. 1 minute to 1 day, default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan RecentLogin { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The roles whose accounts need a second factor: whoever has none can set one up and log out, and nothing else. Some of
    /// <c>administrator</c>, <c>researcher</c>, <c>member</c>. Default none.
    /// </summary>
    public IReadOnlyList<string> SecondFactorFor { get; set; } = [];

    /// <summary>
    /// Seals the secrets of second factors in the database and in backups: at least 32 characters, random, the same in every process with
    /// accounts, kept apart from backups. Under another one only recovery codes count. Default none: they are kept as they are.
    /// </summary>
    public string? SecondFactorSecret { get; set; }

    /// <summary>
    /// How long the list of erasures remembers one: for as long as a backup from before it may be restored. 30 days to 100
    /// years, default 2 years.
    /// </summary>
    [Range(typeof(TimeSpan), "30.00:00:00", "36525.00:00:00")]
    public TimeSpan KeepErasures { get; set; } = TimeSpan.FromDays(730);

    /// <summary>Who issues the tokens, their <c>iss</c>. Default <c>sillage</c>; the public address, where others check tokens too.</summary>
    [Required, StringLength(255, MinimumLength = 1)]
    public string Issuer { get; set; } = "sillage";

    /// <summary>Whom the tokens are for, their <c>aud</c>. Default <c>sillage</c>.</summary>
    [Required, StringLength(255, MinimumLength = 1)]
    public string Audience { get; set; } = "sillage";

    /// <summary>How long a key signs tokens before the next one does. 1 day to 10 years, default 90 days.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3660.00:00:00")]
    public TimeSpan KeyPeriod { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How long a key is published before it signs. 1 hour to 30 days, default 1 day; at most half the period.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "30.00:00:00")]
    public TimeSpan KeyLead { get; set; } = TimeSpan.FromDays(1);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (KeyLead > KeyPeriod / 2)
        {
            yield return new ValidationResult("KeyLead must be at most half of KeyPeriod.", [nameof(KeyLead)]);
        }

        if (SecondFactorFor.FirstOrDefault(role => !Role.All.Contains(role)) is { } unknown)
        {
            yield return new ValidationResult(
                $"SecondFactorFor: '{unknown}' is no role; there are {string.Join(", ", Role.All)}.",
                [nameof(SecondFactorFor)]
            );
        }

        if (SecondFactorSecret is { Length: > 0 and < ShortestSecret })
        {
            // No member is named: the line would show its value.
            yield return new ValidationResult(
                $"Accounts:SecondFactorSecret must have at least {ShortestSecret} characters."
            );
        }

        if (SessionLifetime < RefreshTokenLifetime)
        {
            yield return new ValidationResult(
                "SessionLifetime must be at least RefreshTokenLifetime.",
                [nameof(SessionLifetime)]
            );
        }

        if (GeneratedPasswordIterations > PasswordIterations)
        {
            yield return new ValidationResult(
                "GeneratedPasswordIterations must be at most PasswordIterations.",
                [nameof(GeneratedPasswordIterations)]
            );
        }
    }
}
