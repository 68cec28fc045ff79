using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Storage;

namespace Sillage.Accounts.Identity;

/// <summary>Identity's manager of accounts, working inside a unit of work: its changes share the unit's fate.</summary>
internal sealed class Users(
    IOptions<IdentityOptions> options,
    IPasswordHasher<AccountRow> hasher,
    IEnumerable<IUserValidator<AccountRow>> userValidators,
    IEnumerable<IPasswordValidator<AccountRow>> passwordValidators,
    ILookupNormalizer normalizer,
    IServiceProvider services,
    ILogger<UserManager<AccountRow>> logger
)
{
    public UserManager<AccountRow> In(IUnitOfWork unit) =>
        new(
            new AccountStore(unit),
            options,
            hasher,
            userValidators,
            passwordValidators,
            normalizer,
            new IdentityErrorDescriber(),
            services,
            logger
        );
}
